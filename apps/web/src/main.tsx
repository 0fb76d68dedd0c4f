/* Puts the page together: the only file that makes an Api, a Feed and an Address. */
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { browserSurroundings } from './config.js';
import { Acts } from './data/acts.js';
import { Address } from './data/address.js';
import { Api } from './data/api.js';
import { Feed } from './data/feed.js';
import { Records } from './data/records.js';
import './styles/tokens.css';
import './styles/page.css';
import './styles/devices.css';
import './styles/rows.css';
import './styles/panels.css';
import './styles/done.css';
import './styles/mode.css';
import { PageView } from './views/page.js';

forgetToken();
const leaving = new AbortController();
const api = new Api(leaving.signal);
const address = new Address();
const feed = new Feed(api, browserSurroundings);
const records = new Records(api, browserSurroundings);
const acts = new Acts(api, records);
feed.hear(records.heard);
feed.subscribe(() => {
  const { link, node, nodes } = feed.state();
  // Once news can come: what changes between a read and the first notice would be missed.
  if (link.kind !== 'connecting' && (node !== null || nodes !== null)) records.showNode(node);
});
feed.start(address.state().node);
address.subscribe(() => feed.want(address.state().node));
window.addEventListener('pagehide', (event) => {
  if (event.persisted) return;
  feed.stop();
  records.stop();
});
window.addEventListener('online', feed.retryNow);

const place = document.getElementById('page');
if (place !== null)
  createRoot(place).render(
    <StrictMode>
      <PageView
        api={api}
        feed={feed}
        records={records}
        acts={acts}
        address={address}
        surroundings={browserSurroundings}
      />
    </StrictMode>,
  );

/** The cookie is set by now; a token in the address would end up in bookmarks and screenshots. */
function forgetToken(): void {
  const url = new URL(window.location.href);
  if (!url.searchParams.has('token')) return;
  url.searchParams.delete('token');
  history.replaceState(null, '', url.pathname + url.search + url.hash);
}
