module sparse_crossbar_sets #(
    parameter EXTENDED = 0
) (
`include "tests/rtl/units/ports.svh"
);
`include "tests/rtl/units/sets.svh"
  for (genvar s = 0; s < SETS; s = s + 1) begin : set
    localparam integer K = wanted_k(s);
    localparam integer A = wanted_a(s);
    localparam integer LANES = bounded(wanted_lanes(s), 2, 16);
    assign shapes[s*32+:32] = {8'd0, LANES[7:0], A[7:0], K[7:0]};
    // Two lanes; the test looks at one tree's sum.
    localparam integer OUT = K + A + 10;
    localparam integer TREE = $clog2(LANES);
    localparam [7:0] COUNT = LANES[7:0];
    wire [7:0] tree_0 = x[15:8] % COUNT, tree_1 = x[23:16] % COUNT, seen = x[31:24] % COUNT;
    wire [LANES*OUT-1:0] sums;
    sparse_crossbar #(.K(K), .A(A), .LANES(LANES), .SPARSE(2)) unit (
        .valid(x[1:0]), .tree({tree_1[TREE-1:0], tree_0[TREE-1:0]}), .product({a[64+:K+A+7], a[K+A+6:0]}), .sums(sums)
    );
    reg [OUT-1:0] sum;
    always_ff @(posedge clk) if (enable) sum <= sums[seen*OUT+:OUT];
    assign results[s*128+:128] = {64'd0, {64 - OUT{sum[OUT-1]}}, sum};
  end
endmodule
