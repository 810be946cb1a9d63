module port_subtractor_sets #(
    parameter EXTENDED = 0
) (
`include "tests/rtl/units/ports.svh"
);
`include "tests/rtl/units/sets.svh"
  for (genvar s = 0; s < SETS; s = s + 1) begin : set
    localparam integer K = bounded(wanted_k(s), 2, 8);
    localparam integer LANES = bounded(wanted_lanes(s), 1, 128 / (K + 1));
    assign shapes[s*32+:32] = {8'd0, LANES[7:0], 8'd4, K[7:0]};
    wire [LANES*(K+1)-1:0] differences;
    port_subtractor #(.K(K), .CODES(LANES)) unit (
        .codes_signed(x[0]), .codes(a[LANES*K-1:0]), .zero_points(b[LANES*K-1:0]), .differences(differences)
    );
    reg [LANES*(K+1)-1:0] seen;
    always_ff @(posedge clk) if (enable) seen <= differences;
    assign results[s*128+:128] = {{128 - LANES * (K + 1){1'b0}}, seen};
  end
endmodule
