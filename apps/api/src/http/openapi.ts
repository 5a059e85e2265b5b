import type { INestApplication } from "@nestjs/common";
import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from "@nestjs/swagger";
import { z } from "zod";

type JsonSchema = Record<string, unknown>;

/** The OpenAPI 3.1 document of every route, from the schemas that the routes themselves parse with. */
export function createOpenApiDocument(app: INestApplication): OpenAPIObject {
  const config = new DocumentBuilder()
    .setOpenAPIVersion("3.1.0")
    .setTitle("PulseKeep")
    .setDescription("Pulses without stored tokens, deployment verdicts, and the loop between them.")
    .setVersion("0.1.0")
    .addCookieAuth("pulsekeep.session_token")
    .addApiKey({ type: "apiKey", in: "header", name: "X-API-Key" }, "api_key")
    .build();
  return SwaggerModule.createDocument(app, config, {
    operationIdFactory: (controller, method) => `${controller.replace(/Controller$/, "")}_${method}`,
    standardSchemaConverter: (schema, { schemaType }) => {
      const {
        $schema: _,
        $defs,
        ...rest
      } = z.toJSONSchema(schema as z.ZodType, {
        io: schemaType,
        target: "draft-2020-12",
        reused: "inline",
      }) as JsonSchema & { $defs?: Record<string, JsonSchema> };
      const components = Object.fromEntries(
        Object.entries($defs ?? {}).map(([name, { id: _id, $id: _uri, ...definition }]) => [
          name,
          definition,
        ]),
      );
      return { schema: rest, components };
    },
  });
}
