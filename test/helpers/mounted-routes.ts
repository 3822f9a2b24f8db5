/** Every route that an Express application is given, by address: recorded while it is built. */
import express, { type Router } from 'express';

export interface MountedRoute {
  readonly method: string;
  readonly path: string;
}

interface Mount {
  readonly paths: readonly string[];
  readonly child: unknown;
}

interface Recorded {
  readonly routes: Array<{
    readonly path: string;
    readonly route: { readonly methods: Record<string, true> };
  }>;
  readonly mounts: Mount[];
}

/** What is mounted at `/` stands in front of every path. */
const toPaths = (given: unknown): readonly string[] =>
  [given].flat().filter((one): one is string => typeof one === 'string' && one !== '/');

/** A router's `all` says so, an application's names every method that there is. */
const isCatchAll = (methods: Record<string, true>): boolean =>
  '_all' in methods || Object.keys(methods).length > 10;

/** Routers keep no address that could be read afterwards, so `use` and `route` are listened to. */
export class RouteRecorder {
  readonly #prototype = express.Router.prototype as Pick<Router, 'use' | 'route'>;
  readonly #original = { use: this.#prototype.use, route: this.#prototype.route };
  readonly #seen = new Map<unknown, Recorded>();

  constructor() {
    const { use, route } = this.#original;
    const of = (router: unknown) => this.#of(router);
    this.#prototype.use = function (this: unknown, ...args: unknown[]) {
      const [first, ...rest] = args.flat(2);
      const paths = toPaths(args[0]);
      const children = [...(typeof first === 'function' ? [first] : []), ...rest];
      for (const child of children.filter((one) => typeof one === 'function'))
        of(this).mounts.push({ paths: paths.length > 0 ? paths : [''], child });
      return use.apply(this as never, args as never);
    } as never;
    this.#prototype.route = function (this: unknown, path: unknown) {
      const made = route.call(this as never, path as never);
      for (const one of toPaths(path)) of(this).routes.push({ path: one, route: made as never });
      return made;
    } as never;
  }

  stop(): void {
    Object.assign(this.#prototype, this.#original);
  }

  /** From the router down; catch-alls that only refuse are left out. */
  below(router: unknown, at = ''): MountedRoute[] {
    const { routes, mounts } = this.#of(router);
    const own = routes.flatMap(({ path, route: { methods } }) =>
      isCatchAll(methods) ? [] : Object.keys(methods).map((method) => ({ method, path: at + path })),
    );
    const others = mounts.flatMap(({ paths, child }) =>
      paths.flatMap((path) => this.below(child, at + path)),
    );
    return [...own, ...others];
  }

  #of(router: unknown): Recorded {
    const known = this.#seen.get(router) ?? { routes: [], mounts: [] };
    this.#seen.set(router, known);
    return known;
  }
}
