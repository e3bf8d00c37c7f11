// Reads GIFT with gift-pegjs. Standard input: texts. Standard output: the questions of each, or why not.
const { parse } = require("gift-pegjs");

const read = (text) => {
  try {
    return { questions: parse(text) };
  } catch (error) {
    return { refused: error.message };
  }
};
const texts = JSON.parse(require("fs").readFileSync(0, "utf8"));
process.stdout.write(JSON.stringify(texts.map(read)));
