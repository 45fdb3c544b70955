# syntax=docker/dockerfile:1
FROM node:20-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --include=dev --no-audit --no-fund
COPY tsconfig.json tsconfig.build.json ./
COPY scripts scripts
COPY src src
COPY workflows workflows
RUN node scripts/build.mjs && npm prune --omit=dev --no-audit --no-fund

FROM node:20-slim
# The native part of Temporal's SDK verifies certificates with the system's authorities.
RUN apt-get update && apt-get install -y --no-install-recommends ca-certificates && rm -rf /var/lib/apt/lists/* \
  && mkdir -p /var/lib/tocsin/keys/drill && chown -R node:node /var/lib/tocsin && chmod -R 700 /var/lib/tocsin
WORKDIR /app
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules node_modules
COPY --from=build /app/dist dist
COPY playbooks playbooks
COPY simulations simulations
COPY tocsin.yaml slack-manifest.json ./
ENV NODE_ENV=production TOCSIN_DATA=/var/lib/tocsin TOCSIN_HOST=0.0.0.0
USER node
EXPOSE 7373
ENTRYPOINT ["node", "--enable-source-maps", "dist/src/main/cli.js"]
CMD ["server"]
