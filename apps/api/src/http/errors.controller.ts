import { Controller, Get, Header } from "@nestjs/common";
import { ApiExcludeController } from "@nestjs/swagger";
import { ERROR_CODES } from "./app-error.js";
import { Public } from "./policy.js";

const rows = Object.entries(ERROR_CODES)
  .map(([code, { status, title }]) => `<tr id="${code}"><td><code>${code}</code><td>${status}<td>${title}`)
  .join("\n");

const page = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Errors - PulseKeep</title>
<style>
:root { color-scheme: light dark }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 0 auto; padding: 1rem }
table { border-collapse: collapse; width: 100% }
th, td { text-align: left; vertical-align: top; padding: .4rem .6rem .4rem 0; border-bottom: 1px solid color-mix(in srgb, currentColor 25%, transparent) }
code { overflow-wrap: anywhere }
:target { background: color-mix(in srgb, Highlight 25%, transparent) }
</style>
<h1>Errors</h1>
<p>Refusals are problem details (RFC 9457). <code>code</code> is stable, <code>detail</code> and <code>errors</code> say
more where there is more to say, <code>requestId</code> finds the request in the server's log.
<p id="auth">Refusals of <code>/api/auth</code> carry the authentication library's own codes, in lower case.
<table>
<thead><tr><th>code<th>status<th>title
<tbody>
${rows}
</table>
`;

/** Where the `type` of every problem leads. */
@Public()
@ApiExcludeController()
@Controller("docs/errors")
export class ErrorsController {
  @Get()
  @Header("content-type", "text/html; charset=utf-8")
  @Header("content-security-policy", "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'")
  @Header("cache-control", "public, max-age=3600")
  get(): string {
    return page;
  }
}
