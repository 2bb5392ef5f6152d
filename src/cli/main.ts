#!/usr/bin/env node
/** The `portcullis` command as a process. */
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import type { Terminal } from './command.ts';
import { portcullis } from './portcullis.ts';

const terminal: Terminal = {
  env: process.env,
  now: Date.now,
  out: (text) => void process.stdout.write(text),
  err: (text) => void process.stderr.write(text),
  get stdin() {
    return process.stdin;
  },
  read: (path) => readFile(path, 'utf8').catch(() => undefined),
  aws: (args, env) =>
    new Promise((resolve, reject) => {
      execFile('aws', [...args], { env: { ...env }, encoding: 'utf8' }, (error, stdout, stderr) => {
        if (error === null) resolve(stdout);
        else if (error.code === 'ENOENT') reject(new Error('the AWS CLI (aws) is not installed.'));
        else if (/Invalid choice/.test(stderr))
          reject(new Error(`this AWS CLI has no \`${args.slice(0, 2).join(' ')}\`; version 2 has.`));
        else reject(new Error(stderr.trim() || 'the AWS CLI failed and says nothing.'));
      });
    }),
  tty: { out: process.stdout.isTTY === true, err: process.stderr.isTTY === true },
};

// Whoever reads has seen enough (`| head`).
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(0);
});

process.exitCode = await portcullis(process.argv.slice(2), terminal);
