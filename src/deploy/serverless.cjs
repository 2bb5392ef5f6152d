// serverless.yml can load CommonJS alone; Node loads the TypeScript behind it.
const { PARAMETER_DEFAULTS } = require('./parameters.ts');
const { stackOf } = require('./resources.ts');

exports.parameters = PARAMETER_DEFAULTS;

exports.stack = async ({ options, resolveConfigurationProperty, resolveVariable }) => {
  const [region, environment, stage, instanceId] = await Promise.all([
    resolveConfigurationProperty(['provider', 'region']),
    resolveConfigurationProperty(['provider', 'environment']),
    resolveVariable('sls:stage'),
    resolveVariable('sls:instanceId'),
  ]);
  const ofStage = Object.keys((await resolveConfigurationProperty(['params', stage])) ?? {});
  const ofCommand = (options.param ?? []).map((param) => param.split('=')[0]);
  const names = [...new Set([...Object.keys(PARAMETER_DEFAULTS), ...ofStage, ...ofCommand])];
  const values = await Promise.all(names.map(async (name) => [name, await resolveVariable(`param:${name}`)]));
  const texts = Object.entries(environment).map(([name, value]) => [name, String(value)]);
  return stackOf({ AWS_REGION: region, ...Object.fromEntries(texts) }, Object.fromEntries(values), {
    stage,
    region,
    instanceId,
  });
};
