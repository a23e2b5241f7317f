// Reads RFC 9942 receipts with @transmute/cose: `node verify.mjs <folder>`, lines of `<name> <JWK>` on standard input.
// For each name there are <name>.receipt and <name>.leaf in the folder. Exit status 1 if one does not hold.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import cose from "@transmute/cose";

const folder = process.argv[2];
let failed = 0;
for (const line of readFileSync(0, "utf8").split("\n").filter(Boolean)) {
  const [name, jwk] = [line.slice(0, line.indexOf(" ")), JSON.parse(line.slice(line.indexOf(" ")))];
  try {
    const verifier = cose.detached.verifier({ resolver: { resolve: async () => jwk } });
    await cose.receipt.inclusion.verify({
      entry: await cose.receipt.leaf(new Uint8Array(readFileSync(join(folder, `${name}.leaf`)))),
      receipt: readFileSync(join(folder, `${name}.receipt`)),
      verifier,
    });
    console.log(`holds ${name}`);
  } catch (error) {
    failed += 1;
    console.log(`FAIL ${name}: ${error.message}`);
  }
}
process.exit(failed ? 1 : 0);
