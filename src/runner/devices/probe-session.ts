import { InferenceSession, Tensor } from 'onnxruntime-node';

/** `y = x + x` over four floats, as an ONNX file of 65 bytes. */
const doubling = Buffer.from(
  'CAgSADo1Cg4KAXgKAXgSAXkiA0FkZBIBcFoPCgF4EgoKCAgBEgQKAggEYg8KAXkSCgoICAESBAoCCARCBAoAEBE=',
  'base64',
);

/** Throws unless a session opens on these providers and computes. */
export const probeSession = async (executionProviders: readonly string[]): Promise<void> => {
  const session = await InferenceSession.create(doubling, {
    executionProviders: [...executionProviders],
    logSeverityLevel: 3,
  });
  const { y } = await session.run({ x: new Tensor('float32', Float32Array.of(1, 2, 3, 4), [4]) });
  if (y?.data.toString() !== '2,4,6,8')
    throw new Error(`the device computes wrongly: 2 x (1,2,3,4) = ${y?.data}`);
};
