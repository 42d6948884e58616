// socket.io on Node, as its documentation shows it: no database, a broadcast and an ack for each note.
// Usage: node server.js FRAME_BYTES: every broadcast is filled up to so many bytes, those of Backchannel's frame.
import { createServer } from "node:http";
import { Server } from "socket.io";

const FRAME_BYTES = Number(process.argv[2]);
const http = createServer();
const io = new Server(http, { transports: ["websocket"], maxHttpBufferSize: 65536 });
let seq = 0;

io.on("connection", (socket) => {
  socket.on("follow", ({ event, channel }, ack) => {
    socket.join(channel);
    ack({ event, channel, seq });
  });
  socket.on("ops", ({ event, ops }, ack) => ack({ results: ops.map((op) => take(event, op)) }));
});

function take(event, { op, id, session, text }) {
  const channel = "session/live";
  const frame = { event, channel, prev: seq, seq: ++seq, items: [{ id, seq, rev: 1, session, text }], rest: "" };
  frame.rest = "x".repeat(Math.max(0, FRAME_BYTES - JSON.stringify(["changes", frame]).length - 2));
  io.to(channel).emit("changes", frame);
  return { op, ok: true, id, seq, rev: 1 };
}

http.listen(0, "127.0.0.1", () => console.log(`listening on 127.0.0.1:${http.address().port}`));
