# syntax=docker/dockerfile:1
FROM node:24-bookworm-slim AS source
WORKDIR /banyan
COPY package.json package-lock.json .npmrc tsconfig.json tsconfig.build.json ./
COPY gateway gateway
RUN npm ci --ignore-scripts && npm run build

# The whole checkout, for the monolith and the functions of docker-compose.yml. Not for production.
FROM source AS demo
COPY . .
USER node

FROM node:24-bookworm-slim AS packages
WORKDIR /banyan
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev --ignore-scripts

# The gateway alone: compiled code, production packages, nothing else. Runs on a read-only root as a user without rights;
# the one place it writes to is /data.
FROM node:24-bookworm-slim
ENV NODE_ENV=production BANYAN_DATA=/data BANYAN_CONFIG=/etc/banyan/routes.yaml
WORKDIR /banyan
COPY --from=packages /banyan/node_modules node_modules
COPY --from=source /banyan/dist dist
COPY package.json ./
RUN mkdir /data && chown node:node /data
USER node
VOLUME /data
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=3s --start-period=10s CMD ["node", "dist/cli/main.js", "health"]
# node is process 1 and gets SIGTERM itself: no shell, no npm in between. Why the flag: docs/adr/0023-small-young-generation.md.
CMD ["node", "--max-semi-space-size=8", "dist/cli/main.js", "start"]
