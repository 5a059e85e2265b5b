import type { FastifyInstance } from "fastify";
import type { StandInContext } from "../context.js";
import { html } from "./html.js";
import { notFoundPage, openForPage, send, title } from "./repository-pages.js";

interface RunPageRoute {
  Params: { owner: string; repo: string; run: string };
}

/** The runs of a repository, and one run with its log. */
export function runPages(app: FastifyInstance, context: StandInContext): void {
  const { runs } = context.store;

  app.get<RunPageRoute>("/:owner/:repo/actions", (request, reply) => {
    const opened = openForPage(context, request, request.params);
    if (!opened) return notFoundPage(request, reply);
    const name = `${opened.repository.owner}/${opened.repository.name}`;
    const rows = runs.listListed(opened.repository.id, context.now()).map(
      (run) => html`<tr>
<td><a href="/${name}/actions/runs/${run.id}">${run.displayTitle}</a></td>
<td>${run.name} #${run.runNumber}</td><td>${run.event}</td>
<td>${run.conclusion ?? run.status}</td><td>${run.createdAt}</td></tr>`,
    );
    return send(
      reply,
      "Actions",
      html`${title(opened.repository)}<h2>Workflow runs</h2><table>${rows}</table>`,
    );
  });

  app.get<RunPageRoute>("/:owner/:repo/actions/runs/:run", (request, reply) => {
    const opened = openForPage(context, request, request.params);
    const run = opened && runs.find(opened.repository.id, Number(request.params.run));
    if (!opened || !run) return notFoundPage(request, reply);
    const log = runs.listLog(run.id).map((entry) => entry.text);
    const steps = run.jobs.flatMap((job) =>
      job.steps.map(
        (step) =>
          html`<tr><td>${job.name}</td><td>${step.name}</td><td>${step.conclusion ?? step.status}</td></tr>`,
      ),
    );
    const body = html`${title(opened.repository)}
<h2>${run.displayTitle}</h2>
<p>${run.name} #${run.runNumber} · ${run.event} · <strong>${run.conclusion ?? run.status}</strong> · ${run.createdAt}</p>
<table>${steps}</table>
<h3>Log</h3><pre>${log.join("")}</pre>`;
    return send(reply, run.displayTitle, body);
  });
}
