// Storage of one accumulator bank: DEPTH words of W bits, one write port, one read port that shows its word in the same
// cycle. A memory of its own, to be replaced by a register file or left out in synthesis.
// Depth   a written word can be read one cycle later.
// Twin    one of the two banks of accumulators, models/accumulators/accumulators.h
module accumulator_bank #(
    parameter integer W = 24,
    parameter integer DEPTH = 256,
    parameter integer ADDRESS = DEPTH > 1 ? $clog2(DEPTH) : 1  // derived: do not set
) (
    input  wire               clk,
    input  wire               write,
    input  wire [ADDRESS-1:0] write_address,
    input  wire [      W-1:0] written,
    input  wire [ADDRESS-1:0] read_address,
    output wire [      W-1:0] word
);
  reg [W-1:0] words[0:DEPTH-1];
  always @(posedge clk) if (write) words[write_address] <= written;
  assign word = words[read_address];
endmodule
