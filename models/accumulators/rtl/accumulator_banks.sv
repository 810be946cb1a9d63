// The accumulators of one tree: two banks of DEPTH entries. A partial sum is added to its entry by a read-modify-write that
// takes INTERVAL cycles from the read to the written value, so two writes to one entry must be INTERVAL cycles apart: the
// hazard of docs/timing-model.md. The first K-slice writes without reading.
// Ports   read, read_bank, read_vector, read_first: the entry is read, INTERVAL - 1 cycles before its partial sum is there.
//         partial, shift: two's complement, as wide as the accumulator, and the shift of a wide layer's pass; at the adder.
//         drain_bank, drain_vector, drain: the entry of the other bank as it is drained.
// Depth   1 from the partial sum to an entry that can be read. Sums are modulo 2^W; a platform is refused before they overflow.
// Twin    accumulators, models/accumulators/accumulators.h
module accumulator_banks #(
    parameter integer W = 32,
    parameter integer DEPTH = 256,
    parameter integer INTERVAL = 2,
    parameter integer VECTOR = DEPTH > 1 ? $clog2(DEPTH) : 1  // derived: do not set
) (
    input  wire              clk,
    input  wire              reset,
    input  wire              read,
    input  wire              read_bank,
    input  wire [VECTOR-1:0] read_vector,
    input  wire              read_first,
    input  wire [     W-1:0] partial,
    input  wire [       4:0] shift,
    input  wire              drain_bank,
    input  wire [VECTOR-1:0] drain_vector,
    output wire [     W-1:0] drain
);
  reg [W-1:0] entries[0:2*(1<<VECTOR)-1];

  wire [W-1:0] held = read_first ? {W{1'b0}} : entries[{read_bank, read_vector}];
  wire [W-1:0] held_late;
  wire write, bank;
  wire [VECTOR-1:0] vector;
  delay_line #(.WIDTH(W + 1 + VECTOR), .DEPTH(INTERVAL - 1)) modify (
      .clk(clk), .reset(reset), .data({held, read_bank, read_vector}), .delayed({held_late, bank, vector})
  );
  delay_line #(.WIDTH(1), .DEPTH(INTERVAL - 1), .CLEAR(1)) valid (.clk(clk), .reset(reset), .data(read), .delayed(write));

  wire [W-1:0] sum;
  carry_propagate_adder #(.WIDTH(W)) add (.a(held_late), .b(partial << shift), .carry_in(1'b0), .sum(sum));
  always @(posedge clk) if (write) entries[{bank, vector}] <= sum;

  assign drain = entries[{drain_bank, drain_vector}];
endmodule
