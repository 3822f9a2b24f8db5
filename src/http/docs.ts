/** `/openapi.json`, and `/docs`: Swagger UI over it, served from the installed package. */
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import express, { Router } from 'express';
import helmet from 'helmet';
import type { Task } from '../../tasks/task.js';
import { type DialectRoute, makeOpenApi } from './openapi.js';

/** Its files alone: importing the package would load the whole browser bundle into this process. */
const swaggerFiles = dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'));

const page = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>Taskwire API</title>
<link rel="stylesheet" href="docs/swagger-ui.css">
</head>
<body>
<div id="swagger-ui"></div>
<script src="docs/swagger-ui-bundle.js"></script>
<script src="docs/start.js"></script>
</body>
</html>
`;

const start = `SwaggerUIBundle({ url: 'openapi.json', dom_id: '#swagger-ui', persistAuthorization: true });\n`;

export const docsRoutes = (
  tasks: readonly Task[],
  routes: readonly DialectRoute[],
  accountPaths: Readonly<Record<string, object>>,
): Router => {
  const router = Router();
  const document = makeOpenApi(tasks, routes, accountPaths);
  router.get('/openapi.json', (_req, res) => {
    res.json(document);
  });
  // Browsers on other machines reach this over plain http: upgrading its requests would break the page.
  const directives = { upgradeInsecureRequests: null };
  router.use('/docs', helmet({ contentSecurityPolicy: { directives }, strictTransportSecurity: false }));
  router.get('/docs', (req, res) => {
    // What the page loads is named from its own place.
    if (req.path.endsWith('/')) res.redirect(308, '../docs');
    else res.type('html').send(page);
  });
  router.get('/docs/start.js', (_req, res) => {
    res.type('js').send(start);
  });
  router.use('/docs', express.static(swaggerFiles, { index: false }));
  return router;
};
