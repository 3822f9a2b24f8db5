/**
 * Checks that imports only go down (docs/architecture.md, "Layers"). Run by `npm run check`; test/layers.test.ts gives it
 * a folder of its own.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = resolve(process.argv[2] ?? join(dirname(fileURLToPath(import.meta.url)), '..'));

/** What a folder (or file) may load, by the layer names below: no more than it does. Everything may load `base`. */
const layers = [
  // Order matters: the first pattern that matches names the layer.
  ['entry', /^src\/(main|cli)\.ts$/, ['commands', 'compose', 'catalogue', 'tasks']],
  ['commands', /^src\/commands\//, ['dialects', 'identity', 'admission', 'store', 'tasks']],
  [
    'compose',
    /^src\/(compose|app)\.ts$/,
    [
      'dialects',
      'http',
      'answers',
      'identity',
      'admission',
      'engine',
      'metering',
      'media',
      'store',
      'redis',
      'catalogue',
      'tasks',
    ],
  ],
  [
    'dialects',
    /^src\/dialects\//,
    ['http', 'path', 'answers', 'identity', 'admission', 'catalogue', 'tasks'],
  ],
  ['http', /^src\/http\//, ['admission', 'metering', 'media']],
  ['path', /^src\/infer\.ts$/, ['identity', 'admission', 'engine', 'media']],
  ['identity', /^src\/identity\//, ['admission']],
  ['admission', /^src\/admission\//, ['metering', 'catalogue']],
  ['protocol', /^src\/engine\/protocol\.ts$/, []],
  ['engine', /^src\/engine\//, ['protocol', 'metering']],
  ['runner', /^src\/runner\//, ['protocol', 'metering', 'media-child', 'grammar']],
  ['media-child', /^src\/media\/(image|audio|wav)[^/]*\.ts$/, []],
  ['media', /^src\/media\//, []],
  ['metering', /^src\/metering\//, []],
  ['store', /^src\/store\//, []],
  ['redis', /^src\/redis\.ts$/, []],
  ['answers', /^src\/answers\//, ['metering']],
  ['catalogue', /^src\/catalogue\//, ['metering']],
  ['grammar', /^src\/grammar\//, []],
  ['base', /^src\/(errors|job|dtype|padding|settings|transient-map|validate)\.ts$/, []],
  [
    'pipelines',
    /^tasks\/[^/]+\/(?!index\.ts|(?:[a-z-]+-)?(?:schema|wire)\.ts)[^/]+\.ts$/,
    ['runner', 'media-child', 'tasks', 'grammar'],
  ],
  ['tasks', /^tasks\//, ['grammar']],
  ['tests', /^(test|bench)\//, undefined],
];

/** Packages that only some layers may load: the HTTP process never loads a native runtime, SQL stays in the store. */
const packages = [
  [/^(onnxruntime-node|koffi|@huggingface\/jinja|tokenizers)$/, ['runner']],
  [/^@huggingface\/transformers$/, ['runner', 'pipelines']],
  [/^(sharp|fluent-ffmpeg)$/, ['media-child']],
  [/^express$/, ['http', 'dialects', 'compose']],
  [/^cors$/, ['compose']],
  [/^(multer|helmet|swagger-ui-dist|express-rate-limit)$/, ['http']],
  [/^prom-client$/, ['metering']],
  [/^undici$/, ['media']],
  [/^(jsonwebtoken|@node-rs\/argon2)$/, ['identity']],
  [/^(kysely|libsql|pg)$/, ['store']],
  [/^rate-limit-redis$/, ['admission']],
  [/^ioredis$/, ['redis']],
];

const layerOf = (file) => layers.find(([, pattern]) => pattern.test(file));

const sources = (folder) =>
  readdirSync(join(root, folder), { recursive: true })
    .map((name) => join(folder, name))
    .filter((name) => name.endsWith('.ts'));

const problems = [];
for (const file of ['src', 'tasks'].flatMap(sources)) {
  const [name, , allowed] = layerOf(file) ?? [];
  if (!name) {
    problems.push(`${file}: in no layer`);
    continue;
  }
  const text = readFileSync(join(root, file), 'utf8');
  const imports = [
    ...Array.from(text.matchAll(/^(?:import|export)\s+(type\s)?[^'";]*?from\s+'([^']+)'/gms), (found) => ({
      typeOnly: found[1] !== undefined,
      target: found[2],
    })),
    // For its effects alone, or when it is needed.
    ...Array.from(text.matchAll(/\bimport\s*\(?\s*'([^']+)'/g), (found) => ({
      typeOnly: false,
      target: found[1],
    })),
  ];
  for (const { typeOnly, target } of imports) {
    if (target.startsWith('.')) {
      const imported = relative(root, resolve(root, dirname(file), target)).replace(/\.js$/, '.ts');
      const [layer] = layerOf(imported) ?? [];
      // Types vanish when compiled: they may point anywhere but into the HTTP faces.
      const fine =
        layer === name || layer === 'base' || allowed?.includes(layer) || (typeOnly && layer !== 'http');
      if (!fine) problems.push(`${file} (${name}) may not import ${imported} (${layer})`);
    } else {
      const [, users] = packages.find(([pattern]) => pattern.test(target)) ?? [];
      if (users && !users.includes(name) && !typeOnly)
        problems.push(`${file} (${name}) may not import ${target}`);
    }
  }
}

if (problems.length > 0) {
  console.error(problems.join('\n'));
  process.exit(1);
}
console.log('layers: imports only go down');
