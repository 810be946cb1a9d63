// value / 2^distance, rounded down, of an unsigned value: a multiplexer row per bit of the distance, those that would shift
// everything out as gates.
// Combinational. C++ twin: none of its own.
module right_shifter #(
    parameter integer WIDTH = 8,
    parameter integer BITS = 3  // of the distance
) (
    input  wire [WIDTH-1:0] value,
    input  wire [ BITS-1:0] distance,
    output wire [WIDTH-1:0] shifted
);
  genvar s;
  generate
    for (s = 0; s <= BITS; s = s + 1) begin : after
      wire [WIDTH-1:0] word;
      if (s == 0) assign word = value;
      else if ((1 << (s - 1)) >= WIDTH) assign word = after[s-1].word & {WIDTH{~distance[s-1]}};
      else assign word = distance[s-1] ? after[s-1].word >> (1 << (s - 1)) : after[s-1].word;
    end
  endgenerate
  assign shifted = after[BITS].word;
endmodule
