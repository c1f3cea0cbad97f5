// Preloaded into node by node_options.py: jsii starts one node only to start another one, and passes every message on
// between Python and that one. Here the second one's program runs in the first, and reads and writes the messages
// itself. jsii's launcher runs as it is up to the moment when it would spawn; if it spawns in another way than known,
// or jsii is being debugged, it spawns.
"use strict";

const childProcess = require("node:child_process");
const fs = require("node:fs");
const Module = require("node:module");
const os = require("node:os");
const path = require("node:path");
const { Writable } = require("node:stream");

const LAUNCHER = process.argv[1] ?? "";
const CHANNEL = 3; // the file descriptor over which the program talks
const STDIO = JSON.stringify(["ignore", "pipe", "pipe", "pipe"]);
const ON_CHANNEL = /\breadFD:\s*3,\s*writeFD:\s*3\b/;

/** Thrown out of the launcher instead of spawning. */
class Takeover {
  constructor(program) {
    this.program = program;
  }
}

function isKnown(command, args, options) {
  if (command !== process.execPath || JSON.stringify(options?.stdio) !== STDIO) return false;
  if (args.at(-2) !== "--preserve-symlinks" || path.basename(args.at(-1)) !== "program.js") return false;
  return ON_CHANNEL.test(fs.readFileSync(args.at(-1), "utf8"));
}

/** What JavaScript prints goes to Python as the launcher would pass it on: as lines of JSON, on standard error. */
function printer(name) {
  return new Writable({
    write(chunk, _encoding, done) {
      fs.writeSync(2, `${JSON.stringify({ [name]: Buffer.from(chunk).toString("base64") })}\n`);
      done();
    },
  });
}

function run(program) {
  const { fstatSync, openSync, readSync, writeSync } = fs;
  try {
    fstatSync(CHANNEL);
  } catch {
    openSync(os.devNull, "r"); // so that no file gets the channel's number
  }
  fs.readSync = (fd, ...rest) => readSync(fd === CHANNEL ? 0 : fd, ...rest);
  fs.writeSync = (fd, ...rest) => writeSync(fd === CHANNEL ? 1 : fd, ...rest);
  for (const name of ["stdout", "stderr"]) Object.defineProperty(process, name, { value: printer(name) });
  process.execArgv.push("--preserve-symlinks"); // in force by NODE_OPTIONS, but here the kernel looks for it
  require(program);
}

if (path.basename(LAUNCHER) === "jsii-runtime.js" && !process.env.JSII_DEBUG) {
  const { spawn } = childProcess;
  childProcess.spawn = function (command, args, options) {
    if (isKnown(command, args, options)) throw new Takeover(args.at(-1));
    return spawn.call(this, command, args, options);
  };
  const compile = Module.prototype._compile;
  Module.prototype._compile = function (source, filename, ...rest) {
    try {
      return compile.call(this, source, filename, ...rest);
    } catch (thrown) {
      if (!(thrown instanceof Takeover)) throw thrown;
      Module.prototype._compile = compile;
      childProcess.spawn = spawn;
      return run(thrown.program);
    }
  };
}
