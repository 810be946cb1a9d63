// pooled: brings the products of SPARSE lanes to any of LANES trees, as several lanes may serve one tree in the same cycle.
//   sums[t] = sum over lanes l with valid[l] and tree[l] == t of product[l]        per tree t, GATHERED bits, two's complement
// For each tree a balanced tree of adders behind a gate per lane. Carries of one level ripple behind those of the level before, so that a level
// adds one full adder to the delay and not a whole carry chain; registers between the levels would cost more than they save.
// Ports   lane 0, tree 0 in the low bits.
// Depth   0: stands between the product registers of sparse_lane and the register of a sparse_bank_adder per tree.
// Twin    add_outliers, models/sparse/sparse_math.h
module sparse_crossbar #(
    parameter integer K = 4,
    parameter integer A = 4,
    parameter integer LANES = 16,
    parameter integer SPARSE = 16,
    parameter integer ENTRIES = 8,
    parameter integer TREE = LANES > 1 ? $clog2(LANES) : 1,  // derived: do not set
    parameter integer PRODUCT = K + A + 7,  // derived: do not set
    parameter integer GATHERED = K + A + 7 + $clog2(ENTRIES)
) (
    input  wire [        SPARSE-1:0] valid,
    input  wire [   SPARSE*TREE-1:0] tree,
    input  wire [SPARSE*PRODUCT-1:0] product,
    output wire [LANES*GATHERED-1:0] sums
);
  localparam integer LEVELS = $clog2(SPARSE);
  genvar t, v, n, i;
  generate
    for (t = 0; t < LANES; t = t + 1) begin : to_tree
      for (v = 0; v <= LEVELS; v = v + 1) begin : level
        localparam integer NODES = (SPARSE + (1 << v) - 1) >> v;
        wire [NODES*GATHERED-1:0] part;
        for (n = 0; n < NODES; n = n + 1) begin : node
          if (v == 0) begin : lane
            wire meant = valid[n] && tree[n*TREE+:TREE] == t[TREE-1:0];
            for (i = 0; i < GATHERED; i = i + 1) begin : extend
              assign part[n*GATHERED+i] = product[n*PRODUCT+(i<PRODUCT?i : PRODUCT-1)] & meant;
            end
          end else begin : pair
            localparam integer BELOW = (SPARSE + (1 << (v - 1)) - 1) >> (v - 1);
            if (2 * n + 1 < BELOW) begin : two
              carry_propagate_adder #(.WIDTH(GATHERED)) add (
                  .a(level[v-1].part[2*n*GATHERED+:GATHERED]), .b(level[v-1].part[(2*n+1)*GATHERED+:GATHERED]), .carry_in(1'b0),
                  .sum(part[n*GATHERED+:GATHERED])
              );
            end else begin : one
              assign part[n*GATHERED+:GATHERED] = level[v-1].part[2*n*GATHERED+:GATHERED];
            end
          end
        end
      end
      assign sums[t*GATHERED+:GATHERED] = level[LEVELS].part[GATHERED-1:0];
    end
  endgenerate
endmodule
