import type { INestApplication } from "@nestjs/common";
import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from "@nestjs/swagger";
import { problemSchema } from "@pulsekeep/contracts/api/shared";
import { z } from "zod";
import { groupOperations } from "./group-operations.js";

type JsonSchema = Record<string, unknown>;

const DESCRIPTION = `Pulses without stored tokens, deployment verdicts, and the loop between them.

**Pipelines** send a project's API key as \`X-API-Key\`, or the OpenID Connect token of a GitHub Actions run in a
repository that the project trusts as \`Authorization: Bearer\`. **People** have the cookie that signing in sets, so what
they may do can be tried here in the browser in which they are signed in. **Workers** sign their requests.

Every refusal is a problem with a stable code: [all codes](/docs/errors). This document as a file:
[JSON](/docs/openapi.json), [YAML](/docs/openapi.yaml).`;

/** The OpenAPI 3.1 document of every route, from the schemas that the routes themselves parse with. */
export function createOpenApiDocument(app: INestApplication): OpenAPIObject {
  const config = new DocumentBuilder()
    .setOpenAPIVersion("3.1.0")
    .setTitle("PulseKeep")
    .setDescription(DESCRIPTION)
    .setVersion("0.1.0")
    .addCookieAuth("pulsekeep.session_token")
    .addApiKey({ type: "apiKey", in: "header", name: "X-API-Key" }, "api_key")
    .addBearerAuth({ type: "http", scheme: "bearer", description: "The token of a GitHub Actions run" })
    .build();
  const document = SwaggerModule.createDocument(app, config, {
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
  return groupOperations(withProblems(document));
}

/** Every route may refuse; all refusals have one shape. */
function withProblems(document: OpenAPIObject): OpenAPIObject {
  const { id: _, ...problem } =
    z.toJSONSchema(problemSchema, { target: "draft-2020-12" }).$defs?.["Problem"] ?? {};
  const refusal = {
    description: "Refused: RFC 9457 problem details with a stable code",
    content: { "application/problem+json": { schema: { $ref: "#/components/schemas/Problem" } } },
  };
  for (const path of Object.values(document.paths))
    for (const operation of Object.values(path as Record<string, { responses?: Record<string, unknown> }>))
      if (operation?.responses) operation.responses["default"] = refusal;
  document.components ??= {};
  document.components.schemas = { ...document.components.schemas, Problem: problem as JsonSchema };
  return document;
}
