// The adder and the read-modify-write control of an accumulator, without its storage.
//   written := (first ? 0 : stored) + (addend << shift)      modulo 2^W; write, write_bank, write_address go with it
// Ports   enable: a sum arrives, in the cycle in which `stored` shows the word at (bank, address); first: the first K-slice
//         writes without reading. addend: IN bits, two's complement. shift: of a wide layer's pass, up to SHIFT; with
//         SHIFT = 0 there is no shifter and the port is ignored. written, write, write_bank, write_address: registers, to be
//         stored in the next cycle.
// Depth   1, and 1 more until it is stored: two sums for one word must be 2 cycles apart (accumulators.write_interval: 2).
// Twin    accumulators::b_transport, models/accumulators/accumulators.cpp
module accumulator_update #(
    parameter integer W = 24,
    parameter integer DEPTH = 256,
    parameter integer IN = 13,
    parameter integer SHIFT = 0,
    parameter integer ADDRESS = DEPTH > 1 ? $clog2(DEPTH) : 1,  // derived: do not set
    parameter integer DISTANCE = SHIFT > 0 ? $clog2(SHIFT + 1) : 1  // derived: do not set
) (
    input  wire                clk,
    input  wire                rst,
    input  wire                enable,
    input  wire                first,
    input  wire                bank,
    input  wire [ ADDRESS-1:0] address,
    input  wire [DISTANCE-1:0] shift,
    input  wire [      IN-1:0] addend,
    input  wire [       W-1:0] stored,
    output reg                 write,
    output reg                 write_bank,
    output reg  [ ADDRESS-1:0] write_address,
    output reg  [       W-1:0] written
);
  wire [W-1:0] shifted, total;

  genvar i;
  generate
    for (i = 0; i <= (SHIFT > 0 ? DISTANCE : 0); i = i + 1) begin : after
      wire [W-1:0] word;
      if (i > 0) begin : stage
        assign word = shift[i-1] ? after[i-1].word << (1 << (i - 1)) : after[i-1].word;
      end else if (IN < W) begin : extended
        assign word = {{W - IN{addend[IN-1]}}, addend};
      end else begin : cut
        assign word = addend[W-1:0];
      end
    end
  endgenerate
  assign shifted = after[SHIFT>0?DISTANCE : 0].word;

  carry_propagate_adder #(.WIDTH(W)) add (.a(stored & {W{~first}}), .b(shifted), .carry_in(1'b0), .sum(total));

  always @(posedge clk)
    if (rst) write <= 1'b0;
    else write <= enable;

  always @(posedge clk)
    if (enable) begin
      write_bank    <= bank;
      write_address <= address;
      written       <= total;
    end
endmodule
