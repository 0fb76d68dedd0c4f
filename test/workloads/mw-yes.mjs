/*
 * mw-yes: says 200 to whoever asks it to give memory back, and gives nothing: by POST to MEMWARDEN_NOTIFY_PORT.
 */
import { asked, sayReady, serveRequests } from './journal.mjs';

process.title = 'mw-yes';
const { holdBytes, note } = asked();
const held = Buffer.alloc(holdBytes, 'm');
await serveRequests((how) => note(how, held.length));
sayReady('yes', held.length);
