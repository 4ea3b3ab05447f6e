// One product by its id, as a Node team would write it: Express behind a serverless adapter, the
// AWS SDK, a token check with the issuer's public key. It is answered what the table holds; the
// key comes in a variable, so that it has no read to make for it.

import { createPublicKey } from "node:crypto";

import { DynamoDBClient, GetItemCommand } from "@aws-sdk/client-dynamodb";
import serverlessExpress from "@codegenie/serverless-express";
import express from "express";
import jsonwebtoken from "jsonwebtoken";

import { serve } from "./runtime.mjs";

const { JWKS, JWT_AUDIENCE, JWT_ISSUER, PRODUCTS_TABLE } = process.env;

const keys = new Map(
  JSON.parse(JWKS).keys.map((jwk) => [jwk.kid, createPublicKey({ key: jwk, format: "jwk" })]),
);
const dynamodb = new DynamoDBClient({});
const app = express();

app.use((request, response, next) => {
  const token = request.headers.authorization?.replace(/^Bearer /, "");
  if (token === undefined) return next();
  const key = (header, found) => found(null, keys.get(header.kid));
  const rules = { algorithms: ["RS256"], issuer: JWT_ISSUER, audience: JWT_AUDIENCE };
  jsonwebtoken.verify(token, key, rules, (error, claims) => {
    if (error) return response.status(401).json({ success: false, code: "unauthenticated" });
    request.claims = claims;
    next();
  });
});

app.get("/api/v1/products/:id", async (request, response) => {
  const { Item } = await dynamodb.send(
    new GetItemCommand({
      TableName: PRODUCTS_TABLE,
      Key: { pk: { S: `product#${request.params.id}` }, sk: { S: "product" } },
      ConsistentRead: true,
    }),
  );
  if (Item === undefined) return response.status(404).json({ success: false, code: "not_found" });
  response.json({ success: true, data: plain({ M: Item }) });
});

/** A value as JSON has it. */
function plain(value) {
  if (value.S !== undefined) return value.S;
  if (value.N !== undefined) return Number(value.N);
  if (value.BOOL !== undefined) return value.BOOL;
  if (value.L !== undefined) return value.L.map(plain);
  if (value.M !== undefined) {
    return Object.fromEntries(Object.entries(value.M).map(([name, it]) => [name, plain(it)]));
  }
  return null;
}

serve(serverlessExpress({ app }));
