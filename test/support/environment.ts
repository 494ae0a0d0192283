/** Sets variables of this process' environment. What is answered makes them what they were. */
export function setEnvironment(values: NodeJS.ProcessEnv): () => void {
  const given = Object.keys(values).map((name) => [name, process.env[name]] as const);
  Object.assign(process.env, values);
  return () => {
    for (const [name, value] of given) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  };
}
