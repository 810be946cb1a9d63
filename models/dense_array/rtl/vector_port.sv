// Gathers a vector of LANES activations from the words of the activation port. The first word crosses in the cycle of the
// issue, the last one R - 1 cycles later, in which the vector is whole; a vector issues at most every R cycles.
// Ports   issue: a vector begins. take: a word of it crosses in this cycle. whole: `vector` holds all of it.
// Depth   0 after the last word. R = ceil(LANES * A / PORT).
// Timing  docs/timing-model.md, "Input"        Twin  activation_buffer, models/buffers/activation_buffer.h
// Without im2col: the buffer sends vectors.
module vector_port #(
    parameter integer PORT = 128,
    parameter integer LANES = 16,
    parameter integer A = 4,
    parameter integer R = (LANES * A + PORT - 1) / PORT  // derived: do not set
) (
    input  wire               clk,
    input  wire               reset,
    input  wire               issue,
    input  wire [   PORT-1:0] word,
    output wire               take,
    output wire               whole,
    output wire [LANES*A-1:0] vector
);
  generate
    if (R == 1) begin : at_once
      assign take   = issue;
      assign whole  = issue;
      assign vector = word[LANES*A-1:0];
    end else begin : in_pieces
      reg [(R-1)*PORT-1:0] pieces;
      reg [$clog2(R):0] piece;   // of this cycle; 0: none under way
      wire [R*PORT-1:0] all = {word, pieces};
      assign take   = issue | piece != 0;
      assign whole  = {{32 - $clog2(R) - 1{1'b0}}, piece} == R - 1;
      assign vector = all[LANES*A-1:0];
      always @(posedge clk) begin
        if (reset) piece <= 0;
        else piece <= issue ? 1 : whole | piece == 0 ? 0 : piece + 1'b1;
        // the newest piece enters at the top, so the first one stands at the bottom when the vector is whole
        if (take) pieces <= all[R*PORT-1:PORT];
      end
    end
  endgenerate
endmodule
