import { regional } from '../endpoint.ts';

export const defaultEndpointResolver = regional('bedrock-agent');
