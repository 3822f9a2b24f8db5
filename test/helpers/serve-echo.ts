/** A program for `startService`: serves the echo task beside those that ship. */
import { serve } from '../../src/main.js';
import { tasks } from '../../tasks/index.js';
import type { Task } from '../../tasks/task.js';
import { echo } from '../fixtures/tasks/echo/index.js';

await serve({ tasks: [...tasks, echo as unknown as Task] });
