/**
 * The environment of the module's process: what drivers need (PATH, SOFTHSM2_CONF, vendor variables), without our own
 * settings and without anything that carries the PIN (promises 7).
 */
export function moduleEnvironment(
  own: NodeJS.ProcessEnv,
  added: Record<string, string>,
  pin: string,
): NodeJS.ProcessEnv {
  const environment: NodeJS.ProcessEnv = {};
  for (const [name, value] of Object.entries(own)) {
    if (value === undefined || /^SW_|^NODE_OPTIONS$|^NODE_CHANNEL|PASSWORD|SECRET|TOKEN|CREDENTIAL/i.test(name))
      continue;
    if (pin.length > 0 && value.includes(pin)) continue;
    environment[name] = value;
  }
  return { ...environment, ...added };
}
