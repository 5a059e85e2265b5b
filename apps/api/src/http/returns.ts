import { applyDecorators, HttpCode, SerializeOptions } from "@nestjs/common";
import { ApiResponse } from "@nestjs/swagger";
import type { z } from "zod";

/**
 * States what a route answers: the schema goes into the OpenAPI document, and the answer is parsed by it, so
 * that nothing the schema does not name leaves the process.
 */
export function Returns(schema: z.ZodType, status = 200): MethodDecorator {
  return applyDecorators(
    HttpCode(status),
    SerializeOptions({ schema }),
    ApiResponse({ status, standardSchema: schema }),
  );
}

/** States that a route answers 204 without a body. */
export function ReturnsNothing(): MethodDecorator {
  return applyDecorators(HttpCode(204), ApiResponse({ status: 204, description: "Done" }));
}
