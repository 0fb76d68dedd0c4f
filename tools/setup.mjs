/*
 * `node tools/setup.mjs start|test|build [PID]`: makes a checkout ready, for as long as PID lives. The only file that any Node can parse: it says
 * which Node is needed before a newer file says it with a syntax error.
 */
const wanted = process.argv[2] ?? 'start';
const major = Number(process.versions.node.split('.')[0]);
if (major >= 20) {
  import('./setup/run.mjs').then((setup) => setup.main(wanted, process.argv[3]));
} else {
  process.stderr.write(
    'memwarden: Node ' +
      process.versions.node +
      ' is too old; install Node 20 or later and run this again.\n',
  );
  process.exitCode = 1;
}
