import { Agent, request } from "node:http";
import { BenchFailure } from "../failure.ts";

/** Calls as a pipeline does, over connections that are kept. */
export class PipelineClient {
  private readonly agent = new Agent({ keepAlive: true });
  private readonly address: URL;

  constructor(address: string) {
    this.address = new URL(address);
  }

  /** @throws BenchFailure for any answer but 200 */
  call<Answer>(path: string, body: object, headers: Record<string, string>): Promise<Answer> {
    const text = JSON.stringify(body);
    return new Promise((resolve, reject) => {
      const sent = request(
        {
          host: this.address.hostname,
          port: this.address.port,
          path,
          method: "POST",
          agent: this.agent,
          headers: {
            "content-type": "application/json",
            "content-length": Buffer.byteLength(text),
            ...headers,
          },
        },
        (response) => {
          let answer = "";
          response.setEncoding("utf8");
          response.on("data", (chunk: string) => {
            answer += chunk;
          });
          response.on("end", () => {
            if (response.statusCode === 200) resolve(JSON.parse(answer) as Answer);
            else reject(new BenchFailure(`${path} was answered ${response.statusCode}: ${answer}`));
          });
        },
      );
      sent.on("error", reject);
      sent.end(text);
    });
  }

  close(): void {
    this.agent.destroy();
  }
}
