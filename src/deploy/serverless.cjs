// serverless.yml can load CommonJS alone; Node loads the TypeScript behind it.
const { resourcesFor } = require('./resources.ts');

module.exports = async ({ resolveConfigurationProperty }) => {
  const [region, environment] = await Promise.all(
    ['region', 'environment'].map((name) => resolveConfigurationProperty(['provider', name])),
  );
  const texts = Object.entries(environment).map(([name, value]) => [name, String(value)]);
  return { Resources: resourcesFor({ AWS_REGION: region, ...Object.fromEntries(texts) }) };
};
