// Preloaded into node by node_options.py: the AWS provider's index requires all its 2,200 files, of which a stack
// uses 40. Here its `exports.x = require("./x");` become getters that require on first use. No other file is touched,
// and an index with any line of another form is left as it is.
"use strict";

const Module = require("node:module");
const path = require("node:path");

const INDEX = path.join("@cdktf", "provider-aws", "lib", "index.js");
const EAGER = /^exports\.(\w+) = require\("(\.\/[\w-]+)"\);$/;
const HARMLESS = [
  /^\s*$/,
  /^"use strict";$/,
  /^\/\//,
  /^(\/\*\*| \*)/,
  /^Object\.defineProperty\(exports, "__esModule", \{ value: true \}\);$/,
  /^(exports\.\w+ = )+void 0;$/,
];

/** The index with getters, or null if it has a line of unknown form. */
function lazy(source) {
  const lines = [];
  for (const line of source.split("\n")) {
    const eager = EAGER.exec(line);
    if (!eager && !HARMLESS.some((form) => form.test(line))) return null;
    lines.push(eager ? getter(eager[1], eager[2]) : line);
  }
  return lines.join("\n");
}

function getter(name, file) {
  return `Object.defineProperty(exports, "${name}", { enumerable: true, get: () => require("${file}") });`;
}

const compile = Module.prototype._compile;
Module.prototype._compile = function (source, filename, ...rest) {
  const known = filename.endsWith(INDEX) ? lazy(source) : null;
  return compile.call(this, known ?? source, filename, ...rest);
};

module.exports = { lazy };
