/** The models that can be served: folders in hub layout, each with a `taskwire.json`. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Logger } from 'pino';
import { z } from 'zod';
import type { Task } from '../../tasks/task.js';
import { type Dtype, dtypeBySuffix, dtypePreference, dtypeSuffix } from '../dtype.js';
import { show, TaskwireError } from '../errors.js';
import type { ModelRef } from '../job.js';
import { type Prices, pricesShape } from '../metering/price.js';
import { validate } from '../validate.js';

/** `taskwire.json`. Other fields are the task's own (`Task.modelOptions`) and reach its pipeline. */
const card = z.looseObject({
  task: z.string(),
  /** Serves requests of its task that name no model. */
  default: z.boolean().default(false),
  description: z.string().default(''),
  license: z.string().optional(),
  /** An account's name, or a team's id. */
  owner: z.string().default('taskwire'),
  /** Private: for its owner alone. */
  visibility: z.enum(['public', 'private']).default('public'),
  /** The precision that serves when the id has no suffix. */
  dtype: z.enum(Object.keys(dtypeSuffix) as [Dtype, ...Dtype[]]).optional(),
  prices: pricesShape.optional(),
});

export interface CatalogueEntry {
  readonly id: string;
  readonly folder: string;
  readonly task: Task;
  readonly isDefault: boolean;
  readonly description: string;
  readonly owner: string;
  readonly visibility: 'public' | 'private';
  readonly dtypes: readonly Dtype[];
  readonly dtype: Dtype;
  readonly createdAt: Date;
  readonly prices: Prices | undefined;
  readonly options: Readonly<Record<string, unknown>>;
}

export interface Resolved {
  readonly entry: CatalogueEntry;
  readonly ref: ModelRef;
}

/** A map, since a suffix is what a client wrote: `constructor` is a property of every object. */
const wantedBySuffix = new Map(Object.entries(dtypeBySuffix));

/** A request for an unknown model looks at the disk again, at most this often. */
const rescanMs = 1_000;

export class Catalogue {
  readonly #roots: readonly string[];
  readonly #tasks: readonly Task[];
  readonly #log: Logger;
  #entries: ReadonlyMap<string, CatalogueEntry>;
  #scannedAt = 0;

  /** Earlier roots win over later ones. */
  constructor(roots: readonly string[], tasks: readonly Task[], log: Logger) {
    this.#roots = roots;
    this.#tasks = tasks;
    this.#log = log;
    this.#entries = this.#scan();
  }

  /** With what has been added lately. */
  list(): readonly CatalogueEntry[] {
    this.#rescan();
    return [...this.#entries.values()];
  }

  /** The model that serves a task when none is named: a public one. */
  defaultOf(task: Task): CatalogueEntry | undefined {
    const ofTask = [...this.#entries.values()].filter(
      (entry) => entry.task.name === task.name && entry.visibility === 'public',
    );
    return ofTask.find((entry) => entry.isDefault) ?? ofTask[0];
  }

  /** Finds a model by id (or a task's default) in the variant its suffix asks for. Throws `model_not_found`. */
  resolve(id: string | undefined, task?: Task): Resolved {
    if (id === undefined || id === '') {
      const entry = task && this.defaultOf(task);
      if (!entry) throw noDefault(task);
      return resolved(entry, entry.dtype);
    }
    const found = this.#find(id) ?? (this.#rescan() ? this.#find(id) : undefined);
    if (!found) throw notFound(show(id));
    if (task && found.entry.task.name !== task.name) {
      throw new TaskwireError('task_mismatch', {
        param: 'model',
        message: `${found.entry.id} serves ${found.entry.task.name}, not ${task.name}.`,
        ...(this.defaultOf(task)
          ? { allowed: `for ${task.name}, for example, ${this.defaultOf(task)?.id}` }
          : {}),
      });
    }
    return found;
  }

  #find(id: string): Resolved | undefined {
    const whole = this.#entries.get(id);
    if (whole) return resolved(whole, whole.dtype);
    const slash = id.lastIndexOf('/');
    const entry = slash > 0 ? this.#entries.get(id.slice(0, slash)) : undefined;
    if (!entry) return undefined;
    const suffix = id.slice(slash + 1);
    const dtype = wantedBySuffix.get(suffix.toLowerCase())?.find((wanted) => entry.dtypes.includes(wanted));
    // Who may see a private model is not known here: its variants are not told.
    if (!dtype && entry.visibility === 'private') return undefined;
    if (!dtype) throw notFound(`${entry.id} in ${show(suffix)}`, variantsOf(entry));
    return resolved(entry, dtype);
  }

  #rescan(): boolean {
    if (Date.now() - this.#scannedAt < rescanMs) return false;
    this.#entries = this.#scan();
    return true;
  }

  #scan(): ReadonlyMap<string, CatalogueEntry> {
    this.#scannedAt = Date.now();
    const entries = new Map<string, CatalogueEntry>();
    for (const root of this.#roots) {
      for (const id of modelIds(root)) {
        if (entries.has(id)) continue;
        try {
          entries.set(id, this.#read(id, join(root, id)));
        } catch (error) {
          // One broken folder must not take the others down.
          this.#log.error({
            event: 'model_unreadable',
            model: id,
            cause: error instanceof Error ? error.message : error,
          });
        }
      }
    }
    return entries;
  }

  #read(id: string, folder: string): CatalogueEntry {
    const file = join(folder, 'taskwire.json');
    const {
      task: taskName,
      default: isDefault,
      description,
      owner,
      visibility,
      dtype,
      license: _,
      prices,
      ...own
    } = checked(card, readJson(file), file);
    const task = this.#tasks.find((one) => one.name === taskName || one.aliases.includes(taskName));
    if (!task) throw new Error(`${file} names an unknown task ${taskName}`);
    if (this.#tasks.some((one) => one.name === id || one.aliases.includes(id)))
      throw new Error('a model may not be named like a task');
    const options = task.modelOptions ? checked(task.modelOptions, own, file) : own;
    const dtypes = dtypesIn(join(folder, 'onnx'));
    const chosen = dtype ?? dtypes[0];
    if (!chosen || !dtypes.includes(chosen))
      throw new Error(`no onnx/*${dtype ? dtypeSuffix[dtype] : ''}.onnx in it`);
    const createdAt = statSync(file).mtime;
    return {
      id,
      folder,
      task,
      isDefault,
      description,
      owner,
      visibility,
      dtypes,
      dtype: chosen,
      createdAt,
      prices,
      options,
    };
  }
}

const readJson = (file: string): unknown => {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (cause) {
    throw new Error(`${file} cannot be read: ${(cause as Error).message}`, { cause });
  }
};

/** What the schema makes of a file. The error names file, field, what came and what is allowed. */
const checked = <Schema extends z.ZodType>(
  schema: Schema,
  fields: unknown,
  file: string,
): z.output<Schema> => {
  try {
    return validate(schema, fields) as z.output<Schema>;
  } catch (cause) {
    throw new Error(`${file}: ${(cause as Error).message}`, { cause });
  }
};

/** Ids are paths below the root: `name`, or `org/name`. */
const modelIds = (root: string): string[] => {
  const folders = (path: string) =>
    existsSync(path)
      ? readdirSync(path, { withFileTypes: true })
          .filter((item) => !item.isFile())
          .map((item) => item.name)
      : [];
  const isModel = (id: string) => existsSync(join(root, id, 'taskwire.json'));
  return folders(root).flatMap((name) =>
    isModel(name)
      ? [name]
      : folders(join(root, name))
          .map((child) => `${name}/${child}`)
          .filter(isModel),
  );
};

/** The precisions for which there is a file, most exact first. */
const dtypesIn = (onnxFolder: string): Dtype[] => {
  const names = existsSync(onnxFolder)
    ? readdirSync(onnxFolder).filter((name) => name.endsWith('.onnx'))
    : [];
  const suffixes = dtypePreference.filter((dtype) => dtype !== 'fp32').map((dtype) => dtypeSuffix[dtype]);
  return dtypePreference.filter((dtype) =>
    names.some((name) => {
      const stem = name.slice(0, -'.onnx'.length);
      return dtype === 'fp32'
        ? !suffixes.some((suffix) => stem.endsWith(suffix))
        : stem.endsWith(dtypeSuffix[dtype]);
    }),
  );
};

const variantsOf = ({ dtypes, id }: CatalogueEntry): string =>
  Object.entries(dtypeBySuffix)
    .filter(([, wanted]) => wanted.some((dtype) => dtypes.includes(dtype)))
    .map(([suffix]) => `${id}/${suffix}`)
    .join(', ');

const resolved = (entry: CatalogueEntry, dtype: Dtype): Resolved => ({
  entry,
  ref: {
    id: entry.id,
    folder: entry.folder,
    dtype,
    pipelineUrl: entry.task.pipelineUrl,
    options: entry.options,
    ...(entry.prices ? { prices: entry.prices } : {}),
  },
});

const noDefault = (task: Task | undefined): TaskwireError =>
  new TaskwireError('model_not_found', {
    param: 'model',
    message: `No model of the catalogue serves ${task?.name ?? 'this'}.`,
  });

export const notFound = (got: string, allowed?: string): TaskwireError =>
  new TaskwireError('model_not_found', {
    param: 'model',
    message: `There is no such model: ${got}.`,
    ...(allowed ? { allowed } : {}),
  });
