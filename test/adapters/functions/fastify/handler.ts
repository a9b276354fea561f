import { awsLambdaFastify } from "@fastify/aws-lambda";
import { fastifyApp } from "../../apps/fastify-app.ts";

export const handler = awsLambdaFastify<object>(fastifyApp(), { enforceBase64: () => true });
