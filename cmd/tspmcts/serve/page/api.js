// Requests to the server. A server with a token is asked with it; the user is asked for it once.

export class Problem extends Error {}
export class Unanswered extends Problem {} // which says nothing once there are answers again

const key = "tspmcts-token";
let store; // of the token, while the tab lasts; where the browser keeps nothing, while the page does
try {
  store = sessionStorage;
} catch {
  let kept = null;
  store = { getItem: () => kept, setItem: (_, token) => { kept = token; } };
}
let askToken = async () => null;
let asking; // while the user is asked, by all who need the token
let declined = false; // by the user, who is asked again only for what a click wants
addEventListener("click", () => { declined = false; }, true);
export const onToken = (ask) => { askToken = ask; };

// request sends and returns the answer; what is wrong is thrown, in the server's words.
export async function request(path, options = {}) {
  for (;;) {
    const token = store.getItem(key);
    const headers = { ...options.headers, ...(token && { Authorization: "Bearer " + token }) };
    let answer;
    try {
      answer = await fetch("." + path, { ...options, headers }); // from the page, which a proxy may have elsewhere
    } catch (e) {
      if (e.name === "AbortError") throw e;
      throw new Unanswered("the server does not answer");
    }
    if (answer.status === 401) {
      if (store.getItem(key) !== token) continue; // it was given meanwhile
      if (!declined) asking ||= askToken().finally(() => { asking = null; });
      const given = await asking;
      declined = !given;
      if (declined) throw new Unanswered("the server wants its token");
      if (/^[!-~]+$/.test(given)) store.setItem(key, given); // others cannot be sent, and are no server's
      continue;
    }
    if (!answer.ok) {
      const told = await answer.json().catch(() => ({}));
      throw new Problem(told.detail || answer.statusText);
    }
    return answer;
  }
}

export const json = async (path, options) => (await request(path, options)).json();
export const buffer = async (path, options) => (await request(path, options)).arrayBuffer();

// follow calls tell with the states of a job until it has ended, or gone when there is no such job
// any more, and begins again when the stream breaks, or says why it is lost. A hidden page follows nothing: a browser has six
// connections to a server for all tabs together. The stream begins with how the job is by then.
export async function follow(id, tell, gone, lost, signal) {
  for (let pause = 500; !signal.aborted; pause = Math.min(2 * pause, 10000)) {
    const turned = new AbortController(); // when the page is shown or hidden, or signal says so
    for (const [from, event] of [[document, "visibilitychange"], [signal, "abort"]]) from.addEventListener(event, () => turned.abort(), { signal: turned.signal });
    if (document.hidden) {
      await new Promise((next) => { turned.signal.onabort = next; });
      continue;
    }
    try {
      const answer = await request(`/v1/jobs/${id}/events`, { signal: turned.signal });
      const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
      let text = "";
      for (;;) {
        const { value, done } = await reader.read();
        if (done) break;
        pause = 500;
        text += value;
        const events = text.split("\n\n");
        text = events.pop();
        for (const event of events) {
          const lines = event.split("\n");
          const name = lines.find((l) => l.startsWith("event: "))?.slice(7);
          const data = lines.find((l) => l.startsWith("data: "))?.slice(6);
          if (name === "gone") return gone();
          if (data) tell(JSON.parse(data));
          if (name === "done") return;
        }
      }
    } catch (e) {
      if (signal.aborted) return;
      if (e instanceof Problem && e.message.startsWith("there is no job")) return gone();
      if (e instanceof Problem) lost(e);
    } finally {
      turned.abort();
    }
    await new Promise((next) => setTimeout(next, pause));
  }
}
