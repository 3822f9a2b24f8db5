/** `npm run build`: installs if need be, compiles to dist/. */
import { bootstrap } from './bootstrap.mjs';

bootstrap();
