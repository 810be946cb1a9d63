// pooled: one sparse lane's way to any of LANES trees.
//   gated[t] = valid and tree == t ? product : 0        per tree t, GATHERED bits, two's complement, tree 0 in the low bits
// Depth   0: stands behind the product register of sparse_lane; sparse_crossbar_sum.sv adds what the lanes bring.
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
    output wire [LANES*GATHERED-1:0] gated
);
  genvar t, i;
  generate
    for (t = 0; t < LANES; t = t + 1) begin : to_tree
      wire meant = valid && tree == t[TREE-1:0];
      for (i = 0; i < GATHERED; i = i + 1) begin : extend
        assign gated[t*GATHERED+i] = product[i<PRODUCT?i : PRODUCT-1] & meant;
      end
    end
  endgenerate
endmodule
