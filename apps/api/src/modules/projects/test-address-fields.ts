/**
 * Every field of a request's body that is an address by its format or its name, as "method path field".
 *
 * @param document an OpenAPI document
 */
export function listAddressFields(document: object): string[] {
  type Schema = {
    [key: string]: unknown;
    $ref?: string;
    format?: string;
    properties?: Record<string, Schema>;
  };
  type Operation = { requestBody?: { content: Record<string, { schema: Schema }> } };
  const { paths, components } = document as {
    paths: Record<string, Record<string, Operation>>;
    components: { schemas: Record<string, Schema> };
  };
  const resolve = (schema: Schema): Schema =>
    schema.$ref === undefined ? schema : (components.schemas[schema.$ref.split("/").at(-1) ?? ""] ?? {});
  const fieldsOf = (schema: Schema): string[] => {
    const { properties = {}, ...rest } = resolve(schema);
    const nested = [rest["anyOf"], rest["oneOf"], rest["allOf"], rest["items"]].flat() as (
      | Schema
      | undefined
    )[];
    const named = Object.entries(properties).flatMap(([name, value]) => [
      ...(/"format":"uri"/.test(JSON.stringify(value)) || /(url|endpoint|webhook)$/i.test(name)
        ? [name]
        : []),
      ...fieldsOf(value),
    ]);
    return [...named, ...nested.flatMap((one) => (one === undefined ? [] : fieldsOf(one)))];
  };
  return Object.entries(paths).flatMap(([path, operations]) =>
    Object.entries(operations).flatMap(([method, { requestBody }]) => {
      const schemas = Object.values(requestBody?.content ?? {});
      const fields = new Set(schemas.flatMap(({ schema }) => fieldsOf(schema)));
      return [...fields].map((field) => `${method} ${path} ${field}`);
    }),
  );
}
