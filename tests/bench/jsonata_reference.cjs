// The reference implementation, measured as jsonata_bench measures ours:
// node jsonata_reference.cjs MODULE EXPRESSION-FILE DOCUMENT-FILE ROUNDS
const fs = require("fs");

async function main() {
  const [module, expressionFile, documentFile, rounds] = process.argv.slice(2);
  const expression = require(module)(fs.readFileSync(expressionFile, "utf8"));
  const states = JSON.parse(fs.readFileSync(documentFile, "utf8"));
  for (let i = 0; i < rounds / 2; ++i) await expression.evaluate(states, { states });
  const start = process.hrtime.bigint();
  for (let i = 0; i < rounds; ++i) await expression.evaluate(states, { states });
  console.log(Number(process.hrtime.bigint() - start) / rounds);
}

main();
