// pooled: a node of the tree that adds up what the sparse lanes bring to each tree, as several lanes may serve one tree in the same cycle.
//   sum[t] := a[t] + b[t]        per tree t, GATHERED bits, two's complement, tree 0 in the low bits
// L lanes have L - 1 nodes in ceil(log2 L) levels, a register in each, so that the delay is one adder's.
// Depth   1.        Twin  add_outliers, models/sparse/sparse_math.h
module sparse_crossbar_sum #(
    parameter integer TREES = 16,
    parameter integer GATHERED = 18
) (
    input  wire                      clk,
    input  wire [TREES*GATHERED-1:0] a,
    input  wire [TREES*GATHERED-1:0] b,
    output reg  [TREES*GATHERED-1:0] sum
);
  wire [TREES*GATHERED-1:0] next;
  genvar t;
  generate
    for (t = 0; t < TREES; t = t + 1) begin : trees
      carry_propagate_adder #(.WIDTH(GATHERED)) add (
          .a(a[t*GATHERED+:GATHERED]), .b(b[t*GATHERED+:GATHERED]), .carry_in(1'b0), .sum(next[t*GATHERED+:GATHERED])
      );
    end
  endgenerate
  always @(posedge clk) sum <= next;
endmodule
