// serverless.yml can load CommonJS alone; Node loads the TypeScript behind it.
module.exports = require('./resources.ts');
