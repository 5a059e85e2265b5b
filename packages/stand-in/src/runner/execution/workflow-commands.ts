import type { JobLog } from "./job-log.js";
import type { SecretMasker } from "./secret-masker.js";

const COMMAND = /^::([a-z-]+)(?:\s+([^:]*))?::(.*)$/i;

function unescapeData(text: string): string {
  return text.replaceAll("%0D", "\r").replaceAll("%0A", "\n").replaceAll("%25", "%");
}

/**
 * Reads `::command::` lines out of a step's output; every other line goes to the log as it is.
 * https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands
 */
export class WorkflowCommands {
  private stopToken: string | undefined;

  constructor(
    private readonly log: JobLog,
    private readonly masker: SecretMasker,
  ) {}

  line(text: string): void {
    const [, name = "", , data = ""] = COMMAND.exec(text.trimStart()) ?? [];
    if (this.stopToken !== undefined) {
      if (name.toLowerCase() === this.stopToken) this.stopToken = undefined;
      this.log.line(text);
      return;
    }
    if (!this.run(name.toLowerCase(), unescapeData(data))) this.log.line(text);
  }

  /** False if this is no command, so that the line stands as output. */
  private run(name: string, data: string): boolean {
    switch (name) {
      case "error":
      case "warning":
      case "notice":
      case "group":
        this.log.line(`##[${name}]${data}`);
        return true;
      case "endgroup":
        this.log.line("##[endgroup]");
        return true;
      case "add-mask":
        this.masker.add(data);
        return true;
      case "stop-commands":
        this.stopToken = data.toLowerCase();
        return true;
      case "debug":
      case "echo":
        return true;
      case "set-output":
      case "save-state":
      case "set-env":
      case "add-path":
        this.log.error(`The \`${name}\` command is disabled. Please use Environment Files.`);
        return true;
      default:
        return false;
    }
  }
}
