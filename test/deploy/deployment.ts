import { type Deployment, deploymentOf, type ParameterValues } from '../../src/deploy/deployment.ts';

/** A deployment with these parameters; the rest is what nobody gave. */
export function deployment(parameters: ParameterValues = {}): Deployment {
  return deploymentOf(parameters, { stage: 'prod', region: 'us-east-1', instanceId: '1' });
}
