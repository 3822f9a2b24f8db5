/** `/openapi.json`, and `/docs`: Swagger UI over it, served from the installed package. */
import express, { Router } from 'express';
import helmet from 'helmet';
import swaggerUi from 'swagger-ui-dist';
import type { Task } from '../../tasks/task.js';
import { makeOpenApi } from './openapi.js';

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

export const docsRoutes = (tasks: readonly Task[]): Router => {
  const router = Router();
  const document = makeOpenApi(tasks);
  router.get('/openapi.json', (_req, res) => {
    res.json(document);
  });
  // Browsers on other machines reach this over plain http: upgrading its requests would break the page.
  const directives = { upgradeInsecureRequests: null };
  router.use('/docs', helmet({ contentSecurityPolicy: { directives }, strictTransportSecurity: false }));
  router.get('/docs', (_req, res) => {
    res.type('html').send(page);
  });
  router.get('/docs/start.js', (_req, res) => {
    res.type('js').send(start);
  });
  router.use('/docs', express.static(swaggerUi.absolutePath(), { index: false }));
  return router;
};
