// pooled: brings one sparse lane's product to any of LANES trees and adds it to what earlier lanes of the chain brought.
//   chain_out[t] = chain_in[t] + (valid and tree == t ? product : 0)        per tree t, GATHERED bits, two's complement
// Ports   chain_in: 0 at the first lane, else the lane before's chain_out; tree 0 in the low bits. An adder for each pair of
//         lane and tree, as several lanes may serve one tree in the same cycle.
// Depth   0: stands between the product register of sparse_lane and the register of a sparse_bank_adder per tree, whose
//         `product` is the chain's end (PRODUCT = GATHERED).
// Twin    add_outliers, models/sparse/sparse_math.h
module sparse_crossbar #(
    parameter integer K = 4,
    parameter integer A = 4,
    parameter integer LANES = 16,
    parameter integer ENTRIES = 8,
    parameter integer TREE = LANES > 1 ? $clog2(LANES) : 1,  // derived: do not set
    parameter integer PRODUCT = K + A + 7,  // derived: do not set
    parameter integer GATHERED = K + A + 7 + $clog2(ENTRIES)
) (
    input  wire                      valid,
    input  wire [          TREE-1:0] tree,
    input  wire [       PRODUCT-1:0] product,
    input  wire [LANES*GATHERED-1:0] chain_in,
    output wire [LANES*GATHERED-1:0] chain_out
);
  genvar t, i;
  generate
    for (t = 0; t < LANES; t = t + 1) begin : to_tree
      wire meant = valid && tree == t[TREE-1:0];
      wire [GATHERED-1:0] taken;
      for (i = 0; i < GATHERED; i = i + 1) begin : extend
        assign taken[i] = product[i<PRODUCT?i : PRODUCT-1] & meant;
      end
      carry_propagate_adder #(.WIDTH(GATHERED)) add (
          .a(chain_in[t*GATHERED+:GATHERED]), .b(taken), .carry_in(1'b0), .sum(chain_out[t*GATHERED+:GATHERED])
      );
    end
  endgenerate
endmodule
