// Replies that only send to one another, with nothing heard between, would keep a caller for ever. `patience.py` is the same.

const LONGEST_CALL = 4 * 60 * 60;
const MOST_REPLIES = 30;
const AT_ONCE = 0.2;

export class Patience {
  #replies = 0;
  #lastAt = 0;

  // Whether the next reply, `now` seconds into the call, is one too many.
  isOver(now) {
    if (now - this.#lastAt > AT_ONCE) this.#replies = 0;
    this.#replies += 1;
    this.#lastAt = now;
    return this.#replies > MOST_REPLIES || now > LONGEST_CALL;
  }
}
