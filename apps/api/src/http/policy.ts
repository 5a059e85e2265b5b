import {
  type CanActivate,
  type ExecutionContext,
  Inject,
  Injectable,
  type OnApplicationBootstrap,
  SetMetadata,
} from "@nestjs/common";
import { DiscoveryService, MetadataScanner, Reflector } from "@nestjs/core";
import type { FastifyRequest } from "fastify";
import { AppError } from "./app-error.js";
import { type Caller, setCaller } from "./caller.js";

/** Who may call a route. */
export type Policy =
  | "public"
  | "session"
  | "admin"
  | "api_key"
  | "pipeline"
  | "session_or_pipeline"
  | "worker";

const POLICY = "pulsekeep:policy";

/** Anybody, signed in or not. */
export const Public = () => SetMetadata(POLICY, "public" satisfies Policy);
/** A signed-in person, in their workspace. */
export const Session = () => SetMetadata(POLICY, "session" satisfies Policy);
/** A signed-in person with the admin role. */
export const Admin = () => SetMetadata(POLICY, "admin" satisfies Policy);
/** CI with a project's API key. */
export const ApiKey = () => SetMetadata(POLICY, "api_key" satisfies Policy);
/** CI with a project's API key, or a GitHub Actions run of a repository that the project trusts. */
export const Pipeline = () => SetMetadata(POLICY, "pipeline" satisfies Policy);

/** A signed-in person, or a project's pipeline. */
export const SessionOrPipeline = () => SetMetadata(POLICY, "session_or_pipeline" satisfies Policy);

/** A worker that proves itself with its handshake secret. */
export const WorkerProof = () => SetMetadata(POLICY, "worker" satisfies Policy);

export type Authenticate = (request: FastifyRequest) => Promise<Caller>;

/** The ways to find out who calls. A module that brings an identity registers its way while it starts. */
@Injectable()
export class Authenticators {
  private readonly byPolicy = new Map<Policy, Authenticate>();

  register(policy: Exclude<Policy, "public">, authenticate: Authenticate): void {
    this.byPolicy.set(policy, authenticate);
  }

  find(policy: Policy): Authenticate | undefined {
    return this.byPolicy.get(policy);
  }
}

/** Lets a request through only as its route's stated policy says; a route that states none is refused. */
@Injectable()
export class PolicyGuard implements CanActivate {
  constructor(
    @Inject(Reflector) private readonly reflector: Reflector,
    @Inject(Authenticators) private readonly authenticators: Authenticators,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const policy = this.reflector.getAllAndOverride<Policy | undefined>(POLICY, [
      context.getHandler(),
      context.getClass(),
    ]);
    if (policy === "public") return true;
    const authenticate = policy && this.authenticators.find(policy);
    if (!authenticate) throw new AppError("forbidden");
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    setCaller(request, await authenticate(request));
    return true;
  }
}

/** Keeps the process from starting while a route states no policy, or one that nobody can authenticate. */
@Injectable()
export class PolicyCheck implements OnApplicationBootstrap {
  constructor(
    @Inject(DiscoveryService) private readonly discovery: DiscoveryService,
    @Inject(MetadataScanner) private readonly scanner: MetadataScanner,
    @Inject(Reflector) private readonly reflector: Reflector,
    @Inject(Authenticators) private readonly authenticators: Authenticators,
  ) {}

  onApplicationBootstrap(): void {
    const unsafe = this.routes().filter(
      ({ policy }) => policy === undefined || (policy !== "public" && !this.authenticators.find(policy)),
    );
    if (unsafe.length > 0)
      throw new Error(`Routes without a usable policy: ${unsafe.map(({ name }) => name).join(", ")}`);
  }

  /** Every route handler with its policy. */
  routes(): { name: string; policy: Policy | undefined }[] {
    return this.discovery.getControllers().flatMap(({ instance, metatype }) => {
      if (!instance || !metatype) return [];
      const prototype = Object.getPrototypeOf(instance) as Record<string, unknown>;
      return this.scanner
        .getAllMethodNames(prototype)
        .map((name) => ({ name, handler: prototype[name] as () => unknown }))
        .filter(({ handler }) => Reflect.hasMetadata("path", handler))
        .map(({ name, handler }) => ({
          name: `${metatype.name}.${name}`,
          policy: this.reflector.getAllAndOverride<Policy | undefined>(POLICY, [
            handler,
            metatype as () => unknown,
          ]),
        }));
    });
  }
}
