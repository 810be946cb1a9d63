module mac_tree_sets #(
    parameter EXTENDED = 0
) (
`include "tests/rtl/units/ports.svh"
);
`include "tests/rtl/units/sets.svh"
  for (genvar s = 0; s < SETS; s = s + 1) begin : set
    localparam integer K = wanted_k(s);
    localparam integer A = wanted_a(s);
    localparam integer LANES = wanted_lanes(s);
    assign shapes[s*32+:32] = {8'd0, LANES[7:0], A[7:0], K[7:0]};
    localparam integer OUT = K + A + $clog2(LANES) + 1;
    wire [OUT-1:0] sum;
    mac_tree #(.K(K), .A(A), .LANES(LANES)) unit (
        .clk(clk), .enable_product(enable), .enable_sum(enable), .weights(a[LANES*K-1:0]), .activations(b[LANES*A-1:0]),
        .weights_signed(x[0]), .activations_signed(x[1]), .sum(sum)
    );
    assign results[s*128+:128] = {64'd0, {64 - OUT{sum[OUT-1]}}, sum};
  end
endmodule
