const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** Markup that needs no more escaping. */
export class Html {
  readonly markup: string;

  constructor(markup: string) {
    this.markup = markup;
  }
}

type Value = string | number | Html | readonly Html[] | null | undefined | false;

/** Tagged template: everything put in is escaped, but `Html` is not. */
export function html(strings: TemplateStringsArray, ...values: readonly Value[]): Html {
  return new Html(strings.reduce((all, part, index) => all + render(values[index - 1]) + part));
}

function render(value: Value): string {
  if (value === null || value === undefined || value === false) return "";
  if (value instanceof Html) return value.markup;
  if (typeof value === "object") return value.map((part) => part.markup).join("");
  return String(value).replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character);
}

/** A whole document; says on every page that this is not GitHub. */
export function page(title: string, body: Html): string {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<link rel="icon" href="data:,">
<style>${STYLE}</style>
</head>
<body>
<p class="notice">Local stand-in for GitHub: nothing here leaves this machine.</p>
<main>
${body}
</main>
</body>
</html>
`.markup;
}

const STYLE = new Html(`
:root { color-scheme: light dark; }
body { font: 16px/1.5 system-ui, sans-serif; margin: 0; background: light-dark(#f6f8fa, #0d1117); color: light-dark(#1f2328, #e6edf3); }
.notice { margin: 0; padding: .5rem 1rem; background: light-dark(#fff3cd, #3a2f0b); text-align: center; font-size: .875rem; }
main { max-width: 46rem; margin: 2rem auto; padding: 0 1rem; }
a { color: light-dark(#0550ae, #79c0ff); }
h1 { font-size: 1.5rem; }
form { display: grid; gap: 1rem; }
fieldset { border: 1px solid light-dark(#8c959f, #6e7681); border-radius: 6px; padding: 1rem; }
label { display: flex; gap: .5rem; align-items: center; padding: .25rem 0; }
input[type=text] { font: inherit; padding: .35rem .5rem; }
.actions { display: flex; gap: 1rem; }
button { font: inherit; padding: .5rem 1rem; border-radius: 6px; border: 1px solid light-dark(#8c959f, #6e7681); background: light-dark(#fff, #21262d); color: inherit; cursor: pointer; }
button.primary { background: #1a7f37; border-color: #1a7f37; color: #fff; }
button.danger { color: light-dark(#b42318, #ff938a); }
table { width: 100%; border-collapse: collapse; }
td, th { text-align: left; padding: .35rem .5rem .35rem 0; border-bottom: 1px solid light-dark(#d0d7de, #30363d); vertical-align: top; }
pre { overflow-x: auto; padding: 1rem; border: 1px solid light-dark(#d0d7de, #30363d); border-radius: 6px; background: light-dark(#fff, #161b22); font-size: .8125rem; }
code { font-size: .875em; }
`);
